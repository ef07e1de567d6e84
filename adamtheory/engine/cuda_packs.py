"""Access to 16 bytes of an array at once, which numba does not make of neighbouring accesses.

    load_pack(array, i)            the four float32 or two float64 from i on, as a tuple
    store_pack(array, i, numbers)  writes them

Their place must be a multiple of 16 bytes. `plain` has them in Python, for the simulator; `intrinsics` for kernels, in
the intermediate language of LLVM, which numba-cuda-mlir does not take.
"""

from __future__ import annotations

from typing import Any

BITS = 128


def plain() -> dict[str, Any]:
    """Both functions in plain Python."""

    def load_pack(array: Any, i: Any) -> tuple[Any, ...]:
        return tuple(array[int(i) + k] for k in range(BITS // 8 // array.itemsize))

    def store_pack(array: Any, i: Any, numbers: tuple[Any, ...]) -> None:
        for k, number in enumerate(numbers):
            array[int(i) + k] = number

    return {"load_pack": load_pack, "store_pack": store_pack}


def intrinsics(intrinsic: Any, types: Any) -> dict[str, Any]:
    """Both functions for kernels, from a backend's decorator and its types."""
    from llvmlite import ir

    def place(context: Any, builder: Any, kind: Any, array: Any, index: Any) -> tuple[Any, Any]:
        """The type of a pack, and where that from an index on stands."""
        pack = ir.VectorType(context.get_data_type(kind.dtype), BITS // kind.dtype.bitwidth)
        first = builder.gep(context.make_array(kind)(context, builder, array).data, [index])
        return pack, builder.bitcast(first, pack.as_pointer())

    def number(k: int) -> Any:
        return ir.Constant(ir.IntType(32), k)

    @intrinsic  # type: ignore[untyped-decorator]
    def load_pack(typing: Any, array: Any, index: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            pack, where = place(context, builder, signature.args[0], *args)
            loaded = builder.load(where)
            loaded.align = BITS // 8
            numbers = [builder.extract_element(loaded, number(k)) for k in range(pack.count)]
            return context.make_tuple(builder, signature.return_type, numbers)

        return types.UniTuple(array.dtype, BITS // array.dtype.bitwidth)(array, types.uint64), generate

    @intrinsic  # type: ignore[untyped-decorator]
    def store_pack(typing: Any, array: Any, index: Any, numbers: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            pack, where = place(context, builder, signature.args[0], *args[:2])
            value = ir.Constant(pack, ir.Undefined)
            for k in range(pack.count):
                value = builder.insert_element(value, builder.extract_value(args[2], k), number(k))
            builder.store(value, where).align = BITS // 8
            return context.get_dummy_value()

        return types.void(array, types.uint64, numbers), generate

    return {"load_pack": load_pack, "store_pack": store_pack}
