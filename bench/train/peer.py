"""LoRA training with PyTorch, transformers and PEFT: what bench_train does, as one would write it.

    peer.py make FOLDER SIZES          a random llama and examples of equal and of mixed lengths
    peer.py train MODEL EXAMPLES STEPS BATCH f32|bf16 THREADS
"""
import json
import pathlib
import sys
import time

import torch
import transformers as tf

WARM_UP = 2


def make(folder, layers, width, feed_forward, vocabulary):
    torch.manual_seed(1)
    config = tf.LlamaConfig(vocab_size=vocabulary, hidden_size=width, intermediate_size=feed_forward,
                            num_hidden_layers=layers, num_attention_heads=width // 64,
                            num_key_value_heads=width // 128, max_position_embeddings=2048,
                            tie_word_embeddings=True)
    tf.LlamaForCausalLM(config).save_pretrained(folder / "model")
    generator = torch.Generator().manual_seed(2)
    for name, low in [("equal", 192), ("mixed", 24)]:
        lengths = torch.randint(low, 193 if low == 192 else 361, (256,), generator=generator).tolist()
        examples = [torch.randint(3, vocabulary, (n,), generator=generator).tolist() for n in lengths]
        (folder / f"{name}.json").write_text(json.dumps({"examples": examples}))


def train(model, examples, steps, batch, kind, threads):
    import peft

    torch.set_num_threads(threads)
    base = tf.AutoModelForCausalLM.from_pretrained(
        model, dtype=torch.bfloat16 if kind == "bf16" else torch.float32)
    model = peft.get_peft_model(base, peft.LoraConfig(
        r=16, lora_alpha=32, task_type="CAUSAL_LM", target_modules="all-linear")).train()
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=2e-4, weight_decay=0.0)
    losses, tokens = [], 0
    for step in range(steps):
        first = step * batch % len(examples)
        some = examples[first:first + batch]
        longest = max(map(len, some))
        ids = torch.tensor([e + [0] * (longest - len(e)) for e in some])
        mask = torch.tensor([[1] * len(e) + [0] * (longest - len(e)) for e in some])
        with torch.autocast("cpu", torch.bfloat16, enabled=kind == "bf16"):
            loss = model(input_ids=ids, attention_mask=mask,
                         labels=ids.masked_fill(mask == 0, -100)).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        if step + 1 == WARM_UP:
            begin, begin_cpu = time.perf_counter(), time.process_time()
        elif step + 1 > WARM_UP:
            tokens += sum(map(len, some))
    print(json.dumps({"tokens_per_second": tokens / (time.perf_counter() - begin),
                      "tokens_per_cpu_second": tokens / (time.process_time() - begin_cpu),
                      "losses": losses}))


if __name__ == "__main__":
    tf.logging.set_verbosity_error()
    if sys.argv[1] == "make":
        make(pathlib.Path(sys.argv[2]), *map(int, sys.argv[3].split(",")))
    else:
        data = json.loads(pathlib.Path(sys.argv[3]).read_text())["examples"]
        train(sys.argv[2], data, int(sys.argv[4]), int(sys.argv[5]), sys.argv[6], int(sys.argv[7]))
