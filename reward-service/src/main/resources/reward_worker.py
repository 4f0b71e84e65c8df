"""Calls one reward function of the user, in a process of its own.

Requests come on standard input and answers go to standard output, as frames: a length of 4 bytes, big-endian, then JSON. What the
function prints goes to standard error. The first request names the function; the others have completions:

    {"file", "name", "style", "kwargs", "sample"}     ->  {"style", "batch", "warning"} or {"error"}
    {"id", "images", "completions": [...]}            ->  {"id", "answers": [{"components"} or {"failure", "message"}]}

A function that takes one completion gives each answer as soon as it has it, in a frame of its own.

Only the standard library is needed.
"""

import asyncio
import base64
import importlib.util
import inspect
import json
import math
import os
import struct
import sys
import threading
import time
import traceback
from types import SimpleNamespace

MAX_MESSAGE = 500
# the names under which peers return the reward itself
SCORES = ("score", "overall", "reward")


class Wrong(Exception):
    """The function cannot be used; the message says why."""


class Failed(Exception):
    """A completion has no score."""

    def __init__(self, failure, message):
        super().__init__(message)
        self.failure = failure


class Given(dict):
    """What a function may read of a completion. It remembers what is read in vain."""

    missing = set()

    def __missing__(self, key):
        Given.missing.add(str(key))
        raise KeyError(key)

    def __getattr__(self, key):
        if key.startswith("__"):
            raise AttributeError(key)
        try:
            return self[key]
        except KeyError:
            raise AttributeError(key) from None


def extra(c):
    return Given(
        {
            "prompt_id": c["prompt_id"],
            "index": c["prompt_id"],
            "task": c["task"],
            "question": c["prompt"],
            "prompt": c["prompt"],
            "answer": c["ground_truth"],
            "labels": c["labels"],
            "images": c["images"],
            "finished": c["finished"],
            "response_length": c["response_length"],
        }
    )


class Message(dict):
    """A turn of a chat. It remembers whether anybody reads it: a function for text takes it for text of length 1."""

    read = False

    def __getitem__(self, key):
        Message.read = True
        return super().__getitem__(key)

    def get(self, key, default=None):
        Message.read = True
        return super().get(key, default)


class EasyR1:
    """compute_score(reward_input) or compute_score(reward_inputs), as REWARD_TYPE or the name of the parameter says."""

    scores = ("overall", "score", "reward")

    def __init__(self, function, module):
        self.function = function
        first = next(iter(inspect.signature(function).parameters), "")
        kind = getattr(module, "REWARD_TYPE", "sequential" if first == "reward_input" else "batch")
        self.batch = kind == "batch"

    @staticmethod
    def given(c):
        return Given(
            {
                "response": c["response"],
                "response_length": c["response_length"],
                "ground_truth": c["ground_truth"],
                "task": c["task"],
                "prompt": c["prompt"],
                "prompt_id": c["prompt_id"],
                "images": c["images"],
            }
        )

    def call(self, completions, kwargs):
        inputs = [self.given(c) for c in completions]
        return self.function(inputs if self.batch else inputs[0], **kwargs)


class Verl:
    """compute_score(data_source, solution_str, ground_truth, extra_info), or the plural of each for a batch."""

    def __init__(self, function, module):
        self.function = function
        self.names = inspect.signature(function).parameters
        self.batch = "solution_strs" in self.names

    def call(self, completions, kwargs):
        columns = {
            "data_source": [c["task"] for c in completions],
            "solution_str": [c["response"] for c in completions],
            "ground_truth": [c["ground_truth"] for c in completions],
            "extra_info": [extra(c) for c in completions],
        }
        if self.batch:
            columns["extra_infos"] = columns.pop("extra_info")
            for name in ("data_source", "solution_str", "ground_truth"):
                columns[name + "s"] = columns.pop(name)
        else:
            columns = {name: column[0] for name, column in columns.items()}
        return self.function(**accepted(self.names, columns), **kwargs)


class Trl:
    """fn(prompts, completions, **columns): prompts and completions are messages, or text where messages make the function fail."""

    batch = True

    def __init__(self, function, module):
        self.function = function
        self.names = inspect.signature(function).parameters
        self.messages = True

    def call(self, completions, kwargs):
        def column(name):
            return [c[name] for c in completions]

        def turns(role, texts):
            return [[Message(role=role, content=text)] for text in texts] if self.messages else texts

        columns = {
            "prompts": turns("user", column("prompt")),
            "completions": turns("assistant", column("response")),
            "ground_truth": column("ground_truth"),
            "solution": column("ground_truth"),
            "answer": column("ground_truth"),
            "label": column("ground_truth"),
            "task": column("task"),
            "images": column("images"),
            "prompt_id": column("prompt_id"),
        }
        return self.function(**accepted(self.names, columns), **kwargs)


class OpenRlhf:
    """reward_func(queries, prompts, labels): a query is a prompt and its completion."""

    batch = True

    def __init__(self, function, module):
        self.function = function

    def call(self, completions, kwargs):
        return self.function(
            [c["prompt"] + c["response"] for c in completions],
            [c["prompt"] for c in completions],
            [c["ground_truth"] for c in completions],
            **kwargs,
        )


class Slime:
    """custom_rm(args, sample) or custom_rm(args, samples), usually async."""

    def __init__(self, function, module):
        self.function = function
        self.batch = list(inspect.signature(function).parameters)[1] == "samples"

    def call(self, completions, kwargs):
        samples = [
            Given(
                {
                    "index": c["prompt_id"],
                    "prompt": c["prompt"],
                    "response": c["response"],
                    "response_length": c["response_length"],
                    "label": c["ground_truth"],
                    "status": "completed" if c["finished"] else "truncated",
                    "metadata": extra(c),
                }
            )
            for c in completions
        ]
        return self.function(SimpleNamespace(reward_key=None, **kwargs), samples if self.batch else samples[0])


STYLES = {"easyr1": EasyR1, "verl": Verl, "trl": Trl, "openrlhf": OpenRlhf, "slime": Slime}


def accepted(names, columns):
    """The columns that the function takes; what it asks for besides stays missing, and Python says so."""
    if any(p.kind is inspect.Parameter.VAR_KEYWORD for p in names.values()):
        return columns
    return {name: column for name, column in columns.items() if name in names}


def style_of(function):
    names = list(inspect.signature(function).parameters)
    if names and names[0] in ("reward_input", "reward_inputs"):
        return "easyr1"
    if "solution_str" in names or "solution_strs" in names:
        return "verl"
    if "queries" in names:
        return "openrlhf"
    if "completions" in names:
        return "trl"
    if len(names) > 1 and names[0] == "args" and names[1] in ("sample", "samples"):
        return "slime"
    raise Wrong(f"the parameters {names} are of no known style: say style: " + ", ".join(STYLES))


class Function:
    """The function of the user with what its style needs."""

    def __init__(self, order):
        path = os.path.abspath(order["file"])
        sys.path.insert(0, os.path.dirname(path))
        spec = importlib.util.spec_from_file_location(module_name(path), path)
        if spec is None:
            raise Wrong("it is not a Python file")
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        function = getattr(module, order["name"], None)
        if not callable(function):
            known = [n for n, v in vars(module).items() if inspect.isfunction(v) and v.__module__ == spec.name]
            raise Wrong(f"it has no function '{order['name']}', only {known}")
        self.style = order.get("style") or style_of(function)
        self.adapter = STYLES[self.style](function, module)
        self.kwargs = order.get("kwargs") or {}
        self.pictures = order.get("images") == "bytes"
        self.scores = getattr(self.adapter, "scores", SCORES)
        self.promised = order.get("components") or []
        if order.get("messages") is not None and isinstance(self.adapter, Trl):
            self.adapter.messages = order["messages"]
        self.asks_for_messages = order.get("messages") is not None
        # of the last call: whether the function refused to be called so, and what it read in vain
        self.uncallable = False
        self.read_in_vain = None
        self.loop = asyncio.new_event_loop()

    def answers(self, completions):
        """Lists of answers: one for all completions, or one each."""
        if self.adapter.batch:
            yield self.together(completions)
        else:
            for c in completions:
                yield self.together([c])

    def together(self, completions):
        count = len(completions)
        try:
            result = self.adapter.call(completions, self.kwargs)
            if inspect.isawaitable(result):
                result = self.loop.run_until_complete(result)
            rows = rows_of(result, count) if self.adapter.batch else [result]
        except Failed as e:
            return [failure(e)] * count
        # a function that calls sys.exit raises SystemExit
        except BaseException as e:
            traceback.print_exc()
            self.uncallable = isinstance(e, TypeError) and not in_function(e)
            key = e.args[0] if isinstance(e, (KeyError, AttributeError)) and e.args else None
            self.read_in_vain = key if str(key) in Given.missing else None
            return [failure(Failed("raised", told(e)))] * count
        return [answer(row, self.scores) for row in rows]

    def try_out(self, sample):
        """Finds what the function misses before any completion depends on it."""
        sample["images"] = []
        result = next(self.answers([sample]))[0]
        if isinstance(self.adapter, Trl) and not self.asks_for_messages and ("failure" in result or not Message.read):
            self.adapter.messages = False
            as_text = next(self.answers([sample]))[0]
            if "failure" in as_text:
                self.adapter.messages = True
            else:
                result = as_text
        given = sorted(EasyR1.given(sample) if self.style == "easyr1" else extra(sample))
        missing = f"it reads {sorted(Given.missing)}, which is not given; given are {given}" if Given.missing else None
        if "failure" in result:
            told_of = f"on a sample it failed ({result['failure']}): {result['message']}"
            if self.read_in_vain is not None:
                raise Wrong(missing or told_of)
            if self.uncallable or result["failure"] in ("wrong_count", "not_a_number"):
                raise Wrong(told_of)
            # the sample may not be of the kind, or the task, that the function expects
            return told_of
        absent = sorted(set(self.promised) - set(result["components"]))
        if absent:
            raise Wrong(f"on a sample it gave {sorted(result['components'])}, but components also names {absent}")
        return missing


def module_name(path):
    """That of the file, so that processes which the function begins can import it; never that of another module."""
    stem = os.path.splitext(os.path.basename(path))[0]
    taken = stem in sys.modules or stem in getattr(sys, "stdlib_module_names", ())
    return "reward_function" if taken or not stem.isidentifier() else stem


def in_function(e):
    """Whether an exception comes from the function, and not from how it is called."""
    return any(f.filename != __file__ for f in traceback.extract_tb(e.__traceback__))


def told(e):
    at = [f for f in traceback.extract_tb(e.__traceback__) if f.filename != __file__]
    where = f" ({os.path.basename(at[-1].filename)}, line {at[-1].lineno})" if at else ""
    try:
        text = str(e)
    except Exception:
        text = "(its message cannot be shown)"
    return f"{type(e).__name__}: {text}"[:MAX_MESSAGE] + where


def rows_of(result, count):
    """One row per completion, of a list or of columns."""
    if isinstance(result, dict) and "rewards" in result:
        # a column of the logs never takes the place of the reward
        columns = {**(result.get("extra_logs") or {}), "scores": result.get("scores"), "score": result["rewards"]}
        columns = {name: listed(column) for name, column in columns.items()}
        if len(columns["score"]) != count:
            raise Failed("wrong_count", f"{len(columns['score'])} rewards for {count} completions")
        return [{n: column[i] for n, column in columns.items() if len(column) == count} for i in range(count)]
    rows = listed(result)
    if len(rows) != count:
        raise Failed("wrong_count", f"{len(rows)} scores for {count} completions")
    return rows


def listed(value):
    if hasattr(value, "tolist"):
        value = value.tolist()
    return list(value) if isinstance(value, (list, tuple)) else []


def number(value):
    """The value as a float, or None where it is no number."""
    if hasattr(value, "item") and not isinstance(value, (int, float)):
        try:
            value = value.item()
        except (ValueError, RuntimeError, TypeError):
            return None
    return float(value) if isinstance(value, (int, float)) else None


def answer(row, scores):
    try:
        return {"components": components(row, scores)}
    except Failed as e:
        return failure(e)
    except Exception as e:
        return failure(Failed("not_a_number", told(e)))


def components(row, scores):
    if row is None:
        raise Failed("no_score", "the function returned None")
    values = row if isinstance(row, dict) else {"score": row}
    key = next((name for name in scores if name in values), None)
    if key is None:
        raise Failed("no_score", f"the function returned {sorted(map(str, values))[:20]}, none of {scores}")
    if values[key] is None:
        raise Failed("no_score", f"'{key}' is None")
    named = {"score": number(values[key])}
    if named["score"] is None:
        raise Failed("not_a_number", f"'{key}' is of type {type(values[key]).__name__}")
    for name, value in list(values.items())[:50]:
        value = number(value)
        if name not in (key, "score") and value is not None:
            named["".join(c if c.isalnum() else "_" for c in str(name))[:100]] = value
    for name, value in named.items():
        if not math.isfinite(value):
            raise Failed("not_a_number", f"'{name}' is {value}")
    return named


def failure(e):
    return {"failure": e.failure, "message": str(e)[: 2 * MAX_MESSAGE]}


class Frames:
    """The two pipes, out of the reach of what the function prints or reads."""

    def __init__(self):
        self.source = os.fdopen(os.dup(0), "rb")
        self.target = os.fdopen(os.dup(1), "wb")
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)
        self.owner = os.getpid()

    def read(self):
        head = self.source.read(4)
        if len(head) < 4:
            os._exit(0)
        body = self.source.read(struct.unpack(">I", head)[0])
        return json.loads(body)

    def write(self, value):
        if os.getpid() != self.owner:
            # a process that the function forked and that came back here
            os._exit(0)
        body = json.dumps(value).encode()
        self.target.write(struct.pack(">I", len(body)) + body)
        self.target.flush()


def end_with(parent):
    """A function that hangs must not outlive the service."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(0)


def main():
    # what the function begins belongs to one group, which can be ended as one
    os.setsid()
    threading.Thread(target=end_with, args=(os.getppid(),), daemon=True).start()
    frames = Frames()
    order = frames.read()
    try:
        function = Function(order)
        warning = function.try_out(order["sample"]) if order.get("sample") else None
        frames.write(
            {
                "style": function.style,
                "batch": function.adapter.batch,
                "messages": getattr(function.adapter, "messages", None),
                "warning": warning,
            }
        )
    except BaseException as e:
        if not isinstance(e, Wrong):
            traceback.print_exc()
        frames.write({"error": str(e) if isinstance(e, Wrong) else told(e)})
        return
    while True:
        request = frames.read()
        images = request["images"]
        if function.pictures:
            images = [base64.b64decode(image) for image in images]
        for c in request["completions"]:
            c["images"] = images
        for answers in function.answers(request["completions"]):
            frames.write({"id": request["id"], "answers": answers})


# a process that the function begins imports this file again
if __name__ == "__main__":
    main()
