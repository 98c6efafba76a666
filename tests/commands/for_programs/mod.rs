//! What the program prints for other programs, and about itself.

mod help;
mod schemas;
mod validate;
