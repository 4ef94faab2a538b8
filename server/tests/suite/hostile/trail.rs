//! Somebody who changes or cuts the trail.
