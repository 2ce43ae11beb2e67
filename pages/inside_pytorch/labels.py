"""What things are called: names that no language changes, and labels that go by such names."""

from xent_core import pytorch as xt

WAYS = {
    "cross_entropy_module": "nn.CrossEntropyLoss",
    "cross_entropy_function": "F.cross_entropy",
    "log_softmax_nll": "LogSoftmax → NLLLoss",
    "log_of_softmax_nll": "log(softmax) → NLLLoss",
}
FRONTS = {"logits": "x", "softmax": "softmax(x)", "log_softmax": "log_softmax(x)"}
LOSSES = {
    "cross_entropy": "CrossEntropyLoss(·)",
    "nll": "NLLLoss(·)",
    "nll_of_log": "NLLLoss(log(·))",
}
CASES = {
    **WAYS,
    "weight": "CrossEntropyLoss(weight=…)",
    "label_smoothing": "CrossEntropyLoss(label_smoothing=…)",
    "probabilities": "CrossEntropyLoss · class probabilities",
    "smoothed_probabilities": "CrossEntropyLoss · probabilities, label_smoothing=…",
}
DIGITS = {"float32": 9, "float64": 17}  # so many tell each number of the type from its neighbours

# Families of parts and labels, by what they name: "verdict_wrong" is what is said of a wrong pair.
FAMILIES = {
    "wire": xt.REASONS,
    "verdict": xt.VERDICTS,
    "mask": xt.MASK_TARGETS,
    "advice": xt.ADVICE,
    "values": (*xt.INPUT_VALUES, *xt.TARGET_VALUES),
}
