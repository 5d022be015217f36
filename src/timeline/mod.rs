//! From the index to what a width can show. Pure.
