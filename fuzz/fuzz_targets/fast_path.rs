#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| geplint_fuzz::fast_path::run(data));
