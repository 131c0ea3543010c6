//! The calls as a HAR file.
