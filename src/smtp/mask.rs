//! Takes the token out of what a server says: some echo the line they did not understand, a hostile
//! one may do so to have it shown and pasted into a forum. Covers the token and its base64 form, whole
//! or in pieces, in any case; a server that encodes it otherwise cannot be recognised.

use std::{
    collections::HashSet,
    hash::{BuildHasher, RandomState},
};

use crate::secret::Secret;

/// Pieces shorter than this stay: they give away too little, and words would match.
const PIECE: usize = 16;
/// A shorter "token" is a placeholder of somebody's test and would match everywhere.
const SHORTEST: usize = 4;

pub struct Mask {
    /// Digests of every piece, not the pieces: a second copy of a secret is a second thing to wipe.
    pieces: HashSet<u64>,
    sizes: Vec<usize>,
    hasher: RandomState,
    mark: String,
}

impl Mask {
    pub fn new(token: &Secret, blob: &Secret) -> Self {
        let mut mask =
            Self { pieces: HashSet::new(), sizes: Vec::new(), hasher: RandomState::new(), mark: token.token_mark() };
        for secret in [token, blob] {
            let bytes = secret.expose().as_bytes();
            let size = bytes.len().min(PIECE);
            // The blob of no token at all is no secret, and its pieces would still be the user's name.
            if bytes.len() < SHORTEST || token.is_empty() {
                continue;
            }
            mask.sizes.push(size);
            for piece in bytes.windows(size) {
                let digest = mask.digest(piece);
                mask.pieces.insert(digest);
            }
        }
        mask.sizes.dedup();
        mask
    }

    /// The text with the mark in place of every piece of the token.
    pub fn over(&self, text: &str) -> String {
        let hidden = self.hidden(text.as_bytes());
        let mut shown = String::with_capacity(text.len());
        let mut inside = false;
        for (at, c) in text.char_indices() {
            let hide = hidden.get(at).copied().unwrap_or_default();
            match (hide, inside) {
                (false, _) => shown.push(c),
                (true, false) => shown.push_str(&self.mark),
                (true, true) => {}
            }
            inside = hide;
        }
        shown
    }

    fn hidden(&self, bytes: &[u8]) -> Vec<bool> {
        let mut hidden = vec![false; bytes.len()];
        for &size in &self.sizes {
            for (at, piece) in bytes.windows(size).enumerate() {
                if self.pieces.contains(&self.digest(piece)) {
                    hidden.iter_mut().skip(at).take(size).for_each(|hide| *hide = true);
                }
            }
        }
        hidden
    }

    fn digest(&self, piece: &[u8]) -> u64 {
        let mut folded = [0; PIECE];
        folded.iter_mut().zip(piece).for_each(|(to, from)| *to = from.to_ascii_lowercase());
        self.hasher.hash_one((folded, piece.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::smtp::xoauth2;

    const TOKEN: &str = "CANARY.eyJhdWQiOiJodHRwczovL291dGxvb2sub2ZmaWNlLmNvbSJ9.signature";

    fn mask() -> (Mask, Secret, Secret) {
        let token = Secret::new(TOKEN);
        let blob = xoauth2::blob("a@b.example", &token);
        (Mask::new(&token, &blob), token, blob)
    }

    #[test]
    fn an_echo_is_masked_whole_in_pieces_and_in_any_case() {
        let (mask, token, blob) = mask();
        let mark = token.token_mark();
        for echo in [TOKEN, blob.expose(), &TOKEN[..20], &blob.expose()[30..60], &TOKEN.to_uppercase()] {
            assert_eq!(mask.over(&format!("500 what is {echo}?")), format!("500 what is {mark}?"), "{echo}");
        }
        assert_eq!(mask.over(&format!("é{}日{}", &TOKEN[..16], &TOKEN[9..])), format!("é{mark}日{mark}"));
    }

    #[test]
    fn ordinary_text_stays() {
        let (mask, ..) = mask();
        for text in ["535 5.7.3 Authentication unsuccessful [AM0PR02CA0134 2024-07-11T11:46:42.123Z]", "", "日本語"]
        {
            assert_eq!(mask.over(text), text);
        }
        let none = Secret::default();
        assert_eq!(Mask::new(&none, &xoauth2::blob("a@b.example", &none)).over("abc"), "abc");
    }
}
