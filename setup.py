"""The packages to install; everything else is in pyproject.toml.

`proofs/` and `experiments/` stand at the top of the checkout, where a reader looks for them, and are installed as
`adamtheory.proofs` and `adamtheory.experiments`.
"""

from setuptools import find_packages, setup

TOP = ("proofs", "experiments")

setup(
    packages=[
        *find_packages(include=["adamtheory", "adamtheory.*"]),
        *(f"adamtheory.{name}" for name in find_packages(include=[*TOP, *(f"{name}.*" for name in TOP)])),
    ],
    package_dir={f"adamtheory.{name}": name for name in TOP},
)
