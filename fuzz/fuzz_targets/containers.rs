#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| geplint_fuzz::containers::run(data));
