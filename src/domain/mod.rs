//! Rules without input or output: key text and state, scopes, address lists, rate limits, roles, validation, errors,
//! time, the catalogue of integrations.
//!
//! Nothing here names the database, the web framework or the environment.

pub mod address_list;
pub mod allowlist_mode;
pub mod audit;
pub mod audit_chain;
pub mod audit_words;
pub mod authority;
pub mod bounds;
pub mod catalogue;
pub mod conflict;
pub mod credential;
pub mod decision;
pub mod encryption;
pub mod envelope;
pub mod environment;
pub mod error;
pub mod forwarded;
pub mod group;
pub mod id;
pub mod integration;
pub mod invisible;
pub mod invitation;
pub mod key;
pub mod key_rotations;
pub mod key_snapshot;
pub mod key_text;
pub mod key_updates;
pub mod letter;
pub mod limit_end;
pub mod limits;
pub mod link_proof;
pub mod master_key;
pub mod noted;
pub mod numbers;
pub mod owner;
pub mod password;
pub mod pepper;
pub mod person;
pub mod plan;
pub mod private_hosts;
pub mod program;
pub mod project;
pub mod public_address;
pub mod random;
pub mod rate_limit;
pub mod recovery_code;
pub mod request_id;
pub mod reset_link;
pub mod right;
pub mod role;
pub mod rollout;
pub mod scope;
pub mod sealing;
pub mod second_factor;
pub mod tally;
pub mod tenant;
pub mod text_form;
pub mod time;
pub mod validate;
pub mod verdict;
pub mod verifier_rotations;
pub mod zone;

pub use conflict::Conflict;
pub use error::{Error, Result};
