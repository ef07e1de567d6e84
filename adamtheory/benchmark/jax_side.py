"""The same work in JAX and optax, as their users write it: `lax.scan`, `vmap`, `jit` with donated buffers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

LR, C, PERIOD = 0.5, 3.0, 3


def _optimizer(method: str, lr: Any, b1: Any, b2: Any) -> Any:
    import optax

    build = optax.amsgrad if method == "amsgrad" else optax.adam
    return build(lr, b1=b1, b2=b2, eps=1e-8)


def _trajectory(method: str, steps: int) -> Callable[[Any], Any]:
    """beta2 -> (last iterate, sum of losses) of Reddi's sequence with alpha/sqrt(t), clipped to [-1, 1]."""
    import jax
    import jax.numpy as jnp
    import optax

    def run(beta2: Any) -> Any:
        optimizer = _optimizer(method, lambda count: LR / jnp.sqrt(count + 1.0), 0.0, beta2)

        def step(carry: Any, t: Any) -> tuple[Any, None]:
            x, state, total = carry
            g = jnp.where(t % PERIOD == 0, C, -1.0)
            updates, state = optimizer.update(g, state, x)
            return (jnp.clip(optax.apply_updates(x, updates), -1.0, 1.0), state, total + g * x), None

        x = jnp.asarray(1.0)
        (x, _, total), _ = jax.lax.scan(step, (x, optimizer.init(x), jnp.asarray(0.0)), jnp.arange(steps))
        return x, total

    return run


def scan(method: str, steps: int) -> Callable[[], object]:
    """One trajectory by `jax.lax.scan`, jitted, float64."""
    import jax

    with jax.enable_x64(True):
        compiled = jax.jit(_trajectory(method, steps)).lower(jax.numpy.float64(0.1)).compile()
        beta2 = jax.numpy.float64(0.1)
    return lambda: jax.block_until_ready(compiled(beta2))


def vmapped(method: str, beta2: NDArray[Any], steps: int) -> Callable[[], object]:
    """All trajectories by `jax.vmap` of the scan, jitted, float64, XLA's own threads."""
    import jax

    with jax.enable_x64(True):
        values = jax.numpy.asarray(beta2)
        compiled = jax.jit(jax.vmap(_trajectory(method, steps))).lower(values).compile()
    return lambda: jax.block_until_ready(compiled(values))


def donated(method: str, x: NDArray[Any], g: NDArray[Any]) -> Callable[[], object]:
    """One update of all parameters, jitted, with parameters and state donated."""
    import jax
    import jax.numpy as jnp
    import optax

    optimizer = _optimizer(method, 1e-3, 0.9, 0.999)

    def update(x: Any, state: Any, g: Any) -> Any:
        updates, state = optimizer.update(g, state, x)
        return optax.apply_updates(x, updates), state

    compiled = jax.jit(update, donate_argnums=(0, 1))
    gradient = jnp.array(g)
    held = [jnp.array(x), optimizer.init(jnp.array(x))]

    def work() -> None:
        held[0], held[1] = jax.block_until_ready(compiled(held[0], held[1], gradient))

    return work
