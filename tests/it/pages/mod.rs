//! Parts of pages, tried directly where a whole page would hide what is tried.

mod assets;
mod masked_token;
mod numbers;
mod sparkline;
mod strip;
