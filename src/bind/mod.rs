//! A JSON value meets a declared type: whether the platform converts it, to what, or its error sentence.
