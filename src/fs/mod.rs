//! Files: those that appear whole or not at all, and names that lead somewhere.

pub mod atomic_file;
pub mod folder_swap;
pub mod output;
pub mod paths;
pub mod private_folder;
