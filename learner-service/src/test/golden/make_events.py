"""Prints, in hexadecimal, the event file that TensorBoardLogTest expects: pip install tensorboard==2.20.0; python make_events.py"""

import io

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

values = {"reward/overall": 0.75, "staleness/mean": 1.0}
summary = Summary(value=[Summary.Value(tag=tag, simple_value=value) for tag, value in values.items()])
file = io.BytesIO()
writer = RecordWriter(file)
writer.write(Event(wall_time=1700000000.5, file_version="brain.Event:2").SerializeToString())
writer.write(Event(wall_time=1700000000.5, step=7, summary=summary).SerializeToString())
print(file.getvalue().hex())
