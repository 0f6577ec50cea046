//! Each simulator's way to do the works, written as its own documentation would have a user write it.

pub(crate) mod desque;
pub(crate) mod limitlab;
pub(crate) mod nexosim;
pub(crate) mod odem;
