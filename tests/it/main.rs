//! Tests of what a user sees.

mod theory;
