//! The `limitlab` command.

fn main() -> limitlab::cli::Exit {
    limitlab::cli::run()
}
