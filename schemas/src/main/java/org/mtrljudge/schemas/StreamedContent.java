package org.mtrljudge.schemas;

import java.io.IOException;
import java.nio.channels.WritableByteChannel;

/** Bytes of any size that are written where they are needed, such as the safetensors image of a policy. */
public interface StreamedContent {
    void writeTo(WritableByteChannel out) throws IOException;
}
