//! Payloads that follow from three numbers, so that tests can make the same ones.

/// Blocks of 32 bytes, each the BLAKE3 hash of "grapevine SEED INDEX BLOCK", truncated to `size`.
pub fn payload(seed: u64, index: u64, size: usize) -> Vec<u8> {
    let blocks = 0..size.div_ceil(32);
    let mut bytes: Vec<u8> = blocks
        .flat_map(|block| {
            let text = format!("grapevine {seed} {index} {block}");
            *blake3::hash(text.as_bytes()).as_bytes()
        })
        .collect();
    bytes.truncate(size);
    bytes
}
