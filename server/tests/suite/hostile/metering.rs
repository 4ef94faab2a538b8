//! Signed-in people who take more than their share.
