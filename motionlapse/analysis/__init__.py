"""From a frame to a change score: scale, background, cleanup, blobs, flow."""
