"""Compiles loop-level modules to machine code and calls their functions on NumPy arrays."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
from xdsl.dialects.builtin import DYNAMIC_INDEX, IntegerType, MemRefType, ModuleOp
from xdsl.dialects.func import FuncOp
from xdsl.ir import Attribute
from xdsl.parser import Parser

from tir.lowering.convert_to_llvm import ConvertToLLVMPass
from tir.lowering.outline_parallel import OutlineParallelPass
from tir.lowering.to_llvm.descriptor import static_strides
from tir.pipelines import new_context
from tir.runtime import cpu, products, threads
from tir.runtime.pool import provide_pool
from tir.runtime.python_abi import bind_symbols
from tir.targets.llvm_ir import llvm_assembly


def convert(text: str) -> ModuleOp:
    """Parses a module and takes it to the llvm dialect, verified before and after."""
    context = new_context()
    module = Parser(context, text).parse_module()
    module.verify()
    OutlineParallelPass().apply(context, module)
    module.verify()
    ConvertToLLVMPass().apply(context, module)
    module.verify()
    return module


class NativeModule:
    """The public functions of a module, as machine code."""

    def __init__(self, text: str, level: int = 3):
        bind_symbols()
        provide_pool()
        threads.bind_symbols()
        products.bind_symbols()
        source = Parser(new_context(), text).parse_module()
        self.types: dict[str, list[Attribute]] = {}
        self.results: dict[str, list[Attribute]] = {}
        for function in source.walk():
            if isinstance(function, FuncOp) and function.sym_visibility is None:
                name = function.sym_name.data
                self.types[name] = list(function.function_type.inputs)
                self.results[name] = list(function.function_type.outputs)
        self.module = convert(text)
        self.assembly = llvm_assembly(self.module)
        self.loaded = cpu.load_object(cpu.compile_to_object(self.assembly, level), self.types)

    def __call__(self, name: str, *arguments: Any) -> Any:
        """Calls a function: arrays for memrefs, numbers for scalars."""
        types, values = self._flatten(name, arguments)
        results = self.results[name]
        assert len(results) < 2
        result = _scalar_type(results[0]) if results else None
        function = ctypes.PYFUNCTYPE(result, *types)(self.loaded.address(name))
        return function(*values)

    def status(self, name: str, *arguments: Any) -> int:
        """Calls a function without results that may fail."""
        types, values = self._flatten(name, arguments)
        return ctypes.PYFUNCTYPE(ctypes.c_int, *types)(self.loaded.address(name))(*values)

    def main(self, *arguments: Any, outputs: int = 0) -> tuple[int, list[np.ndarray]]:
        """Calls `@main`: its status and its outputs."""
        types, values = self._flatten("main", arguments)
        slots = (ctypes.c_void_p * max(outputs, 1))()
        function = ctypes.PYFUNCTYPE(ctypes.c_int, *types, ctypes.c_void_p)(
            self.loaded.address("main")
        )
        status = function(*values, ctypes.addressof(slots))
        arrays = []
        for slot in slots:
            if slot:
                arrays.append(ctypes.cast(slot, ctypes.py_object).value)
                ctypes.pythonapi.Py_DecRef(ctypes.py_object(arrays[-1]))
        return status, arrays

    def _flatten(self, name: str, arguments: tuple[Any, ...]) -> tuple[list[Any], list[Any]]:
        types: list[Any] = []
        values: list[Any] = []
        for type_, argument in zip(self.types[name], arguments, strict=True):
            if isinstance(type_, MemRefType):
                integers = [argument.ctypes.data, *_integers(type_, argument)]
                types += [ctypes.c_void_p] + [ctypes.c_int64] * (len(integers) - 1)
                values += integers
            else:
                types.append(_scalar_type(type_))
                values.append(argument)
        return types, values


def _integers(type_: MemRefType, array: np.ndarray) -> list[int]:
    shape = type_.get_shape()
    assert len(shape) == array.ndim
    integers = [n for n, static in zip(array.shape, shape, strict=True) if static == DYNAMIC_INDEX]
    strides = static_strides(type_)
    if strides is None:
        assert array.flags.c_contiguous
        return integers
    for stride, static in zip(array.strides, strides, strict=True):
        assert stride % array.itemsize == 0
        if static is None:
            integers.append(stride // array.itemsize)
    return integers


def _scalar_type(type_: Attribute) -> Any:
    if isinstance(type_, IntegerType):
        return {1: ctypes.c_bool, 8: ctypes.c_int8, 16: ctypes.c_int16, 32: ctypes.c_int32}.get(
            type_.width.data, ctypes.c_int64
        )
    return {"f32": ctypes.c_float, "f64": ctypes.c_double}.get(str(type_), ctypes.c_int64)
