"""A reward service as one would write it in Python: Kafka in, Kafka out, exactly once. ./judge bench rescore stands beside it.

usage: python rescore_service.py BROKERS ROLLOUTS SCORED GROUPS SCHEMAS
"""
import io
import json
import math
import sys
import time

from rescore_bench import reward

COMMIT_S = 1.0
HEADER_BYTES = 5


def main(brokers, rollouts, scored, groups, schemas):
    try:
        import confluent_kafka
        import fastavro
    except ImportError as missing:
        print(json.dumps({"missing": f"{missing}; pip install confluent-kafka fastavro"}))
        return
    with open(schemas) as file:
        reading, writing = json.load(file)
    reading = fastavro.parse_schema(reading, named_schemas={})
    writing = fastavro.parse_schema(writing, named_schemas={})
    consumer = confluent_kafka.Consumer({
        "bootstrap.servers": brokers, "group.id": "python", "auto.offset.reset": "earliest",
        "enable.auto.commit": False, "isolation.level": "read_committed", "max.partition.fetch.bytes": 8 << 20,
        "fetch.message.max.bytes": 8 << 20})
    producer = confluent_kafka.Producer({
        "bootstrap.servers": brokers, "transactional.id": "python", "compression.type": "lz4",
        "message.max.bytes": 16 << 20, "batch.size": 1 << 20, "linger.ms": 100})
    producer.init_transactions()
    consumer.subscribe([rollouts])
    done, start, committed = 0, None, None
    while done < groups:
        messages = consumer.consume(min(500, groups - done), timeout=0.5)
        # the time to join the group does not count
        if messages and start is None:
            start = committed = time.perf_counter()
            producer.begin_transaction()
        for message in messages:
            if message.error():
                raise SystemExit(f"a record cannot be read: {message.error()}")
            began = time.perf_counter()
            record = message.value()
            group = fastavro.schemaless_reader(io.BytesIO(record[HEADER_BYTES:]), reading)
            producer.produce(scored, key=message.key(), value=encode(fastavro, writing, record, group, began))
            producer.poll(0)
            done += 1
        if start is not None and (time.perf_counter() - committed > COMMIT_S or done == groups):
            producer.send_offsets_to_transaction(
                consumer.position(consumer.assignment()), consumer.consumer_group_metadata())
            producer.commit_transaction()
            committed = time.perf_counter()
            if done < groups:
                producer.begin_transaction()
    print(json.dumps({"groups_per_second": done / (time.perf_counter() - start)}))
    consumer.close()


def encode(fastavro, schema, record, group, began):
    prompt = group["prompt"]
    rewards = [
        reward({"text": c["text"], "finished": c["finishReason"] == "STOP", "tokens": len(c["tokens"]) // 4},
               prompt["reference"], prompt["labels"])
        for c in group["completions"]]
    mean = sum(rewards) / len(rewards)
    deviation = math.sqrt(sum((r - mean) ** 2 for r in rewards) / max(1, len(rewards) - 1))
    scores = [{"components": {}, "total": r, "advantage": (r - mean) / (deviation + 1e-6), "verdict": None,
               "reason": None} for r in rewards]
    out = io.BytesIO()
    out.write(record[:HEADER_BYTES])
    fastavro.schemaless_writer(out, schema, {
        "rollout": group, "rewardSet": "bench", "rewardSetVersion": 1, "scores": scores, "zeroSpread": deviation == 0,
        "scoreMs": 1000 * (time.perf_counter() - began), "rolloutOffset": None, "rolloutPartition": 0})
    return out.getvalue()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), sys.argv[5])
