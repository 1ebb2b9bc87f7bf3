//! Payloads that anybody can make again from three numbers.

/// The first `size` bytes of what BLAKE3 makes of "grapevine SEED INDEX".
pub fn payload(seed: u64, index: u64, size: usize) -> Vec<u8> {
    let mut bytes = vec![0; size];
    blake3::Hasher::new()
        .update(format!("grapevine {seed} {index}").as_bytes())
        .finalize_xof()
        .fill(&mut bytes);
    bytes
}
