//! Text that strangers put into mails and lists.
