package org.mtrljudge.actor;

import java.nio.ByteBuffer;

/** One complete policy version: its weights as a safetensors image, its digest verified. */
public record Policy(int version, String digest, ByteBuffer safetensors) {}
