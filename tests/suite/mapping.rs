//! Tables that no library of ours wrote: the guess, the mapping file, what is read by a mapping.

mod guessing;
mod reading;
mod shapes;
