"""Writes unsafebench.parquet in the shape the hub publishes pictures in: a struct of bytes and path. Made with pyarrow 26.0.1."""

import struct
import sys
import zlib

import pyarrow as pa
import pyarrow.parquet as pq


def png(side: int, shade: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\x00" + bytes((shade, 0, 0)) * side for _ in range(side))
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


picture = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
table = pa.table(
    {
        "image": pa.array([{"bytes": png(32, 20 * i), "path": f"{i}.png"} for i in range(6)], picture),
        "safety_label": ["Safe", "Unsafe"] * 3,
        "category": pa.array(["Violence", None] * 3, pa.string()),
        "pictures": pa.array([[{"bytes": png(4, i), "path": None}] * 2 for i in range(6)], pa.list_(picture)),
        "score": pa.array([0.5, 1, 1.5, 2, 2.5, None], pa.float32()),
    }
)
pq.write_table(table, sys.argv[1], compression="snappy")
