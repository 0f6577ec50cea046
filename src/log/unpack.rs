//! Zstandard, frame after frame.

use std::io::{self, BufRead, Read};

use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

/// What the frames of a Zstandard file hold, one after the other: a file may have several, and
/// frames that hold nothing of ours.
///
/// Source: RFC 8878, chapter 3.
pub(super) struct Frames<R> {
    source: R,
    decoder: FrameDecoder,
    /// Whether a frame was begun and not yet ended.
    open: bool,
}

impl<R: BufRead> Frames<R> {
    /// The frames of `source`.
    pub(super) fn new(source: R) -> Self {
        Self { source, decoder: FrameDecoder::new(), open: false }
    }

    /// What went wrong: the file ends too early, or is no Zstandard.
    fn wrong(&mut self, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
        let ended = self.source.fill_buf().is_ok_and(<[u8]>::is_empty);
        let kind = if ended { io::ErrorKind::UnexpectedEof } else { io::ErrorKind::InvalidData };
        io::Error::new(kind, error)
    }

    /// Begins the next frame; `false` if there is none.
    fn begin(&mut self) -> io::Result<bool> {
        loop {
            if self.source.fill_buf()?.is_empty() {
                return Ok(false);
            }
            match self.decoder.reset(&mut self.source) {
                Ok(()) => {
                    self.open = true;
                    return Ok(true);
                }
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => {
                    let length = u64::from(length);
                    let skipped =
                        io::copy(&mut self.source.by_ref().take(length), &mut io::sink())?;
                    if skipped < length {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                }
                Err(FrameDecoderError::ReadFrameHeaderError(
                    ReadFrameHeaderError::BadMagicNumber(_),
                )) => {
                    let message =
                        "it is not packed by Zstandard, as its name says, or not to its end";
                    return Err(self.wrong(message));
                }
                Err(error) => return Err(self.wrong(error)),
            }
        }
    }

    /// Ends a frame: what came out is what was packed.
    fn end(&mut self) -> io::Result<()> {
        self.open = false;
        let (written, found) =
            (self.decoder.get_checksum_from_data(), self.decoder.get_calculated_checksum());
        if written.is_some() && written != found {
            let message = "the checksum of what it holds is another";
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        Ok(())
    }
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.decoder.can_collect() > 0 {
                return self.decoder.read(buffer);
            }
            if self.open && self.decoder.is_finished() {
                self.end()?;
            }
            if !self.open && !self.begin()? {
                return Ok(0);
            }
            let one = BlockDecodingStrategy::UptoBlocks(1);
            if let Err(error) = self.decoder.decode_blocks(&mut self.source, one) {
                return Err(self.wrong(error));
            }
        }
    }
}
