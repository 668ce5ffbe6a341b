"""The forms that messages of Python, NumPy and Keras have, and what is told of each in the place of its numbers.

Only what has one of these forms is told. Where something is said of a form, nothing of the message itself is repeated;
else the message holds nothing but names, which whoever tells it has to know from elsewhere.
"""

from __future__ import annotations

import re

LONGEST = 300  # characters of a message that is read
LONGEST_OF_KERAS = 4_000  # its messages go on and on; only their beginnings are looked at
NAME = r"'?([A-Za-z_][A-Za-z0-9_.]*)'?(?:\(\))?"
OPERATOR = r"([-+*/@%&|<>=^~]{1,3})"
COUNT = r"-?\d{1,9}"
SIZES = r"[0-9(),. ]{0,60}"
WORD = r"[A-Za-z_][A-Za-z0-9_.]{0,40}"

# The form of a message, and what is said of it; None is the message itself.
PYTHON: dict[str, str | None] = {
    rf"name {NAME} is not defined": None,
    rf"cannot access local variable {NAME} where it is not associated with a value": None,
    rf"(?:module )?{NAME}(?: object)? has no attribute {NAME}": None,
    rf"{NAME} object is not (?:callable|iterable|subscriptable)": None,
    rf"{NAME} object does not support item (?:assignment|deletion)": None,
    rf"{NAME} object cannot be interpreted as an integer": None,
    rf"(?:list|tuple|string) indices must be integers(?: or slices)?, not {NAME}": None,
    rf"object of type {NAME} has no len\(\)": None,
    rf"unhashable type: {NAME}": None,
    rf"cannot unpack non-iterable {NAME} object": None,
    rf"{NAME} got an unexpected keyword argument {NAME}": None,
    rf"unsupported operand type\(s\) for {OPERATOR}: {NAME} and {NAME}": None,
    rf"bad operand type for unary {OPERATOR}: {NAME}": None,
    rf"'{OPERATOR}' not supported between instances of {NAME} and {NAME}": None,
    rf"can only concatenate {NAME} \(not \"{NAME}\"\) to {NAME}": None,
    rf"can only concatenate {NAME} \(not {NAME}\) to {NAME}": None,
    r"(?:list|tuple|string) index out of range": None,
    r"slice indices must be integers or None or have an __index__ method": "slice indices must be integers",
    r"(?:float |integer )?(?:division|modulo|floor division)(?: or modulo)?(?: by zero)?": "division by zero",
    r"math (?:domain|range) error": None,
    r"cannot convert float (?:NaN|infinity) to integer": None,
    r"dictionary changed size during iteration": None,
    r"maximum recursion depth exceeded.{0,40}": "the function calls itself without end",
    rf"not enough values to unpack \(expected {COUNT}, got {COUNT}\)": "not enough values to unpack",
    rf"too many values to unpack \(expected {COUNT}(?:, got {COUNT})?\)": "too many values to unpack",
    rf"{NAME} missing {COUNT} required (?:positional|keyword-only) arguments?: {NAME}(?:(?:,|, and| and) {NAME})*": (
        "a call with too few arguments"
    ),
    rf"{NAME} takes (?:from {COUNT} to )?{COUNT} positional arguments? but {COUNT} (?:was|were) given": (
        "a call with too many arguments"
    ),
    r"invalid literal for int\(\) with base \d{1,2}: .*": "a text that is no whole number is made one",
    r"could not convert string to float: .*": "a text that is no number is made one",
    NAME: None,  # a KeyError's message is its key
}
NUMPY: dict[str, str | None] = {
    r"assignment destination is read-only": None,
    rf"shapes {SIZES} and {SIZES} not aligned: {COUNT} \(dim {COUNT}\) != {COUNT} \(dim {COUNT}\)": (
        "the shapes of a product do not fit each other"
    ),
    rf"matmul: Input operand {COUNT} has a mismatch in its core dimension {COUNT}, with gufunc signature "
    rf"[()nkm?,>-]+ \(size {COUNT} is different from {COUNT}\)": "the shapes of a product do not fit each other",
    rf"matmul: Input operand {COUNT} does not have enough dimensions .*": "a number is no factor of a matrix product",
    rf"operands could not be broadcast together with (?:remapped )?shapes {SIZES}": (
        "operands could not be broadcast together: their shapes do not fit each other"
    ),
    rf"non-broadcastable output operand with shape {SIZES} doesn't match the broadcast shape {SIZES}": (
        "what is added in place has more elements than the array that it is added to"
    ),
    rf"could not broadcast input array from shape {SIZES} into shape {SIZES}": (
        "what is assigned has not the shape of the place that it goes to"
    ),
    r"setting an array element with a sequence\.": "what is assigned has not the shape of the place that it goes to",
    r"setting an array element with a sequence\. The requested array has an inhomogeneous shape after .*": (
        "an array cannot be made of parts with different shapes"
    ),
    rf"cannot reshape array of size {COUNT} into shape {SIZES}": (
        "an array cannot be reshaped so: the numbers of elements differ"
    ),
    rf"index {COUNT} is out of bounds for axis {COUNT} with size {COUNT}": "an index is out of bounds for its axis",
    r"only integers, slices \(`:`\), ellipsis .{0,120} are valid indices": "an index is no whole number and no slice",
    r"arrays used as indices must be of integer \(or boolean\) type": "an array of indices does not hold whole numbers",
    rf"(?:{WORD}: )?axis {COUNT} is out of bounds for array of dimension {COUNT}": "the array has no such axis",
    r"axes don't match array": "an array is transposed with another number of axes than it has",
    r"cannot select an axis to squeeze out which has size not equal to one": None,
    r"all the input array dimensions except for the concatenation axis must match exactly, but along dimension "
    rf"{COUNT}, the array at index {COUNT} has size {COUNT} and the array at index {COUNT} has size {COUNT}": (
        "all axes but the one that arrays are put together along must match exactly"
    ),
    rf"all the input arrays must have same number of dimensions, but the array at index {COUNT} has {COUNT} "
    rf"dimension\(s\) and the array at index {COUNT} has {COUNT} dimension\(s\)": (
        "arrays that are put together must have the same number of axes"
    ),
    r"all input arrays must have the same shape": None,
    r"need at least one array to (?:concatenate|stack)": None,
    r"zero-dimensional arrays cannot be concatenated": None,
    rf"too many indices for array: array is {COUNT}-dimensional, but {COUNT} were indexed": (
        "an array has more indices than axes"
    ),
    r"only (?:0-dimensional|length-1) arrays can be converted to Python scalars": "an array is used as a number",
    r"only integer scalar arrays can be converted to a scalar index": "an array is used as a whole number",
    r"The truth value of an array with more than one element is ambiguous\. .*": (
        "an array with several elements is neither true nor false"
    ),
    r"(?:zero-size array to reduction operation .*|attempt to get arg(?:max|min) of an empty sequence)": (
        "an array without elements is reduced"
    ),
    r"[Pp]robabilities contain NaN": "a probability is NaN",
    r"[Pp]robabilities do not sum to 1.*": "the probabilities do not add up to one",
    r"[Pp]robabilities are not non-negative": "a probability is negative",
    r"'?a'? and '?p'? must have same size": "there are not as many probabilities as things to choose from",
    r"'?p'? must be 1-dimensional": "the probabilities have more than one axis",
    r"a must be (?:1-dimensional|a positive integer unless|greater than 0 unless|a sequence or an integer).{0,60}": (
        "what is chosen from is neither a number above zero nor an array with one axis"
    ),
    r"Cannot cast ufunc .* with casting rule 'same_kind'": (
        "what is computed in place has a dtype that the array cannot hold"
    ),
    r"ufunc .* did not contain a loop with signature matching types.*": "something in a computation is no number",
}
KERAS: dict[str, str] = {  # TensorFlow's, too; what comes after is not looked at
    r"Input \d+ (?:with name .{1,80} )?of layer .{1,80} is incompatible with the layer: expected axis": (
        "the input of a layer has another size along an axis than the layer was built for"
    ),
    r"Input \d+ (?:with name .{1,80} )?of layer .{1,80} is incompatible with the layer: expected (?:min_|max_)?ndim=": (
        "the input of a layer has not as many axes as the layer takes"
    ),
    r"Input \d+ (?:with name .{1,80} )?of layer .{1,80} is incompatible with the layer": (
        "a layer does not take an input of this shape"
    ),
    r"Layer .{1,80} expects \d+ (?:named )?input\(s\).{0,400}? but it received \d+": (
        "a layer or model is given another number of inputs"
    ),
    r"Missing data for input ": "a model is given too few inputs",
    r"Invalid (?:input )?shape for input|Invalid input shape": "the input has not the shape that the model takes",
    r"A KerasTensor (?:cannot be used as input to a TensorFlow function|is symbolic)": (
        "a symbolic tensor is no array: use `keras.ops`, or a layer"
    ),
    r"Tried to convert .{0,80} to a tensor and failed|Attempt to convert a value": (
        "something is made a tensor that is none"
    ),
    r".{0,120}Matrix size-incompatible": "the shapes of a product do not fit each other",
    r".{0,120}(?:Incompatible shapes|required broadcastable shapes|Dimensions must be equal)": (
        "the shapes of two tensors do not fit each other"
    ),
    r"Shapes used to initialize variables must be fully-defined": "a layer is built without the size of its input",
    r".{0,120}ConcatOp : (?:Dimension|Ranks)|A `Concatenate` layer requires inputs with matching shapes": (
        "all axes but the one that tensors are put together along must match exactly"
    ),
    r".{0,120}Input to reshape is a tensor with|The total size of the tensor must be unchanged": (
        "a tensor cannot be reshaped so: the numbers of elements differ"
    ),
    r"Inputs have incompatible shapes|(?:Shapes|Cannot assign value to variable|The shape of the target|Layer) .{0,120}"
    r"(?:incompatible|[Ss]hape mismatch|is not compatible with provided weight shape)": (
        "two shapes that must agree do not"
    ),
    r"Arguments? `(?:target|output)` (?:and `output` must have the same shape|must have rank)": (
        "targets and outputs have not the shapes that the loss takes"
    ),
    r"cannot compute .{1,60} was expected to be a .{1,20} tensor but is": "two tensors have different dtypes",
    r"Only input tensors may be passed as positional arguments": "a layer is called with something that is no tensor",
    r"(?:Layer .{1,120} (?:was never|isn't)|(?:Model .{1,120}|This model) has not yet been) built": (
        "a layer or model is used before it is built"
    ),
    r"Unrecognized keyword arguments? passed to": "a layer is made with an argument that it does not know",
    r"Could not interpret": "Keras knows no activation, loss, metric or initializer of this name",
}
_WRAPPED = re.compile(r"Exception encountered when calling .{1,200}?\n\n(?:\x1b\[1m)?(.*)", re.DOTALL)  # Keras's own
_EXACT = [(re.compile(form), said) for form, said in {**PYTHON, **NUMPY}.items()]
_BEGINNINGS = [(re.compile(form, re.DOTALL), said) for form, said in KERAS.items()]


def said_of(message: str) -> tuple[str, tuple[str, ...]]:
    """What may be told of a message, if these names may be repeated; an empty text where nothing may."""
    message = message.strip()
    for form, said in _EXACT if len(message) <= LONGEST else ():
        found = form.fullmatch(message)
        if found:
            return (said, ()) if said else (message, tuple(name for name in found.groups() if name))
    message = message[:LONGEST_OF_KERAS]
    wrapped = _WRAPPED.match(message)
    message = wrapped[1] if wrapped else message
    return next(((said, ()) for form, said in _BEGINNINGS if form.match(message)), ("", ()))
