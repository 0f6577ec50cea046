//! Tests of what a user sees.

mod diagnostics;
mod support;
mod theory;
