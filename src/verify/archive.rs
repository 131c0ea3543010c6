//! ZIP archives, in which test tools store a HAR file and the bodies that belong to it.

use std::collections::BTreeMap;
use std::io::Read;

use flate2::bufread::DeflateDecoder;
use rawzip::{CompressionMethod, ZipArchive, ZipArchiveEntryWayfinder, ZipSliceArchive};

/// The largest file that is unpacked, in bytes.
const LARGEST: u64 = 1 << 30;

/// An archive in memory.
pub struct Archive<'b> {
    zip: ZipSliceArchive<&'b [u8]>,
    /// The place and the compression method of each file, by its name.
    files: BTreeMap<String, (ZipArchiveEntryWayfinder, CompressionMethod)>,
}

/// Returns true if a file with this start is an archive.
pub fn is_archive(start: &[u8]) -> bool {
    start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06")
}

impl<'b> Archive<'b> {
    /// Reads the directory of an archive. The error is the reason why it is not one.
    pub fn read(bytes: &'b [u8]) -> Result<Self, String> {
        let broken = |error: rawzip::Error| format!("cannot be read as a ZIP archive: {error}");
        let zip = ZipArchive::from_slice(bytes).map_err(broken)?;
        let mut files = BTreeMap::new();
        for entry in zip.entries() {
            let entry = entry.map_err(broken)?;
            if let Ok(name) = entry.file_path().try_normalize() {
                let place = (entry.wayfinder(), entry.compression_method());
                files.insert(name.as_ref().to_owned(), place);
            }
        }
        Ok(Self { zip, files })
    }

    /// Returns the names of the HAR files, sorted.
    pub fn har_names(&self) -> Vec<String> {
        let is_har = |name: &&String| {
            let extension = name.rsplit_once('.').map(|(_, extension)| extension);
            extension.is_some_and(|extension| extension.eq_ignore_ascii_case("har"))
        };
        self.files.keys().filter(is_har).cloned().collect()
    }

    /// Returns a file by its name in the archive.
    pub fn file(&self, name: &str) -> Result<Vec<u8>, String> {
        let (place, method) = self
            .files
            .get(name)
            .ok_or("there is no such file in the archive")?;
        let entry = self.zip.get_entry(*place).map_err(|error| error.to_string())?;
        match *method {
            CompressionMethod::STORE => unpacked(entry.verifying_reader(entry.data())),
            CompressionMethod::DEFLATE => unpacked(entry.verifying_reader(DeflateDecoder::new(entry.data()))),
            other => Err(format!("unknown compression method: {other}")),
        }
    }

    /// Returns a file next to a HAR in the archive, by its name in the HAR.
    pub fn beside(&self, har: &str, name: &str) -> Result<Vec<u8>, String> {
        let folder = har.rsplit_once('/').map(|(folder, _)| folder);
        self.file(&folder.map_or_else(|| name.to_owned(), |folder| format!("{folder}/{name}")))
    }
}

fn unpacked(reader: impl Read) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let length = reader
        .take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| error.to_string())?;
    if length as u64 > LARGEST {
        return Err(format!(
            "too large: it unpacks to more than {} MiB",
            LARGEST >> 20
        ));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_files_are_refused_as_archives() {
        for bytes in [&b""[..], b"PK\x03\x04", b"PK\x05\x06 and no more", &[b'P'; 100]] {
            assert!(Archive::read(bytes).is_err_and(|why| why.contains("as a ZIP archive")));
        }
        assert!(is_archive(b"PK\x03\x04...") && !is_archive(b"{}"));
    }
}
