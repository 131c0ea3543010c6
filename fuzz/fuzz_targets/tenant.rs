#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| geplint_fuzz::tenant::run(data));
