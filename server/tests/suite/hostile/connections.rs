//! Connections, headers and bodies that are held open or are too large; addresses that are forged.
