#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| geplint_fuzz::skim::run(data));
