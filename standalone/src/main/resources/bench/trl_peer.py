"""TRL's side of `judge bench trl`: GRPOTrainer on a checkpoint folder of ours. Prints one JSON object per line.

usage: python trl_peer.py versions PACKAGE...    the installed version of each package, or null
       python trl_peer.py train PLAN             one line per step, see steps()
"""
import importlib.metadata
import json
import os
import sys
import time

END = "<|im_end|>"
# what judge-tiny says in its chat_template.jinja, for checkpoints that have no template
CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<|vision_start|><|image_pad|><|vision_end|>{% else %}{{ part['text'] }}{% endif %}"
    "{% endfor %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def versions(packages):
    found = {}
    for package in packages:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = None
    return found


def message(prompt):
    """The user's turn, its pictures between the parts of the text."""
    parts = []
    for i, text in enumerate(prompt.split("<image>")):
        if i > 0:
            parts.append({"type": "image", "text": None})
        if text:
            parts.append({"type": "text", "text": text})
    return [{"role": "user", "content": parts}]


def examples(path):
    from datasets import Dataset, Image, List

    folder = os.path.dirname(path)
    with open(path) as lines:
        rows = [json.loads(line) for line in lines]
    return Dataset.from_list([
        {
            "prompt": message(row["prompt"]),
            "images": [os.path.join(folder, image) for image in row["images"]],
            "answer": row["answer"],
            "labels": row["labels"],
        }
        for row in rows
    ]).cast_column("images", List(Image()))


def processor(checkpoint):
    from transformers import AutoProcessor

    made = AutoProcessor.from_pretrained(checkpoint, padding_side="left", truncation_side="left")
    made.chat_template = made.tokenizer.chat_template = CHAT_TEMPLATE
    made.tokenizer.eos_token = END
    made.tokenizer.pad_token = "<|endoftext|>"
    return made


def prompt_lengths(processing, dataset):
    """Tokens of each prompt, its pictures included."""
    from trl.data_utils import prepare_multimodal_messages

    turns = [prepare_multimodal_messages(row["prompt"], images=row["images"]) for row in dataset]
    ids = processing.apply_chat_template(turns, add_generation_prompt=True, tokenize=True, return_dict=True)["input_ids"]
    return [len(tokens) for tokens in ids]


def steps(plan, out):
    """Trains, and prints of each step (one generation and its updates) its wall-clock seconds and what it generated."""
    import torch
    from rescore_bench import parse
    from transformers import AutoModelForImageTextToText, TrainerCallback
    from transformers.utils.logging import disable_progress_bar
    from trl import GRPOConfig, GRPOTrainer

    torch.set_num_threads(len(os.sched_getaffinity(0)))
    processing = processor(plan["checkpoint"])
    end = processing.tokenizer.convert_tokens_to_ids(END)
    dataset = examples(plan["prompts"])
    prompts, completions, updates = plan["prompts_per_step"], plan["completions"], plan["updates"]
    lengths = prompt_lengths(processing, dataset)
    made = {"tokens": 0, "completions": 0, "reward": 0.0}

    def reward(completions, completion_ids, answer, labels, **_):
        totals = []
        for turn, ids, reference, allowed in zip(completions, completion_ids, answer, labels):
            verdict, well_formed = parse(turn[0]["content"], allowed) if ids[-1] == end else (None, False)
            totals.append(0.9 * (verdict == reference) + 0.1 * well_formed)
            made["tokens"] += len(ids)
        made["completions"] += len(totals)
        made["reward"] += sum(totals)
        return totals

    class Clock(TrainerCallback):
        def on_train_begin(self, args, state, control, **_):
            self.start = time.perf_counter()

        def on_step_end(self, args, state, control, **_):
            if state.global_step % updates:
                return
            now = time.perf_counter()
            step = state.global_step // updates
            asked = lengths[(step - 1) * prompts:step * prompts]
            line = {
                "step": step,
                "seconds": now - self.start,
                "tokens": made["tokens"],
                "mean_length": made["tokens"] / made["completions"],
                "prompt_length": sum(asked) / len(asked),
                "reward": made["reward"] / made["completions"],
            }
            print(json.dumps(line), file=out, flush=True)
            made.update(tokens=0, completions=0, reward=0.0)
            self.start = time.perf_counter()

    accumulated = prompts * completions // updates // plan["rows"]
    config = GRPOConfig(
        output_dir=plan["folder"],
        max_steps=plan["steps"] * updates,
        per_device_train_batch_size=plan["rows"],
        gradient_accumulation_steps=accumulated,
        steps_per_generation=accumulated * updates,
        num_generations=completions,
        max_completion_length=plan["max_tokens"],
        temperature=plan["temperature"],
        top_p=1.0,
        top_k=0,
        loss_type="dapo",
        epsilon=0.2,
        epsilon_high=0.28,
        beta=0.0,
        learning_rate=plan["learning_rate"],
        lr_scheduler_type="constant",
        weight_decay=0.01,
        adam_beta1=0.9,
        adam_beta2=0.98,
        max_grad_norm=1.0,
        gradient_checkpointing=False,
        bf16=False,
        use_cpu=True,
        shuffle_dataset=False,
        save_strategy="no",
        logging_strategy="no",
        report_to="none",
        disable_tqdm=True,
        seed=1,
    )
    disable_progress_bar()
    model = AutoModelForImageTextToText.from_pretrained(plan["checkpoint"], dtype=torch.float32)
    trainer = GRPOTrainer(
        model=model,
        reward_funcs=reward,
        args=config,
        train_dataset=dataset,
        processing_class=processing,
        callbacks=[Clock()],
    )
    trainer.train()


def train(path):
    import logging
    import warnings

    os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", HF_DATASETS_OFFLINE="1", CUDA_VISIBLE_DEVICES="",
                      TRANSFORMERS_VERBOSITY="error", HF_DATASETS_DISABLE_PROGRESS_BARS="1")
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    out = sys.stdout
    # the libraries print on standard output too; our lines alone are wanted there
    with open(path) as plan, open(os.devnull, "w") as nowhere:
        sys.stdout = nowhere
        steps(json.load(plan), out)
        sys.stdout = out


if __name__ == "__main__":
    if sys.argv[1] == "versions":
        print(json.dumps(versions(sys.argv[2:])))
    else:
        train(sys.argv[2])
