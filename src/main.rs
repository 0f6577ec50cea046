//! The `limitlab` command.

fn main() {}
