# SPDX-License-Identifier: Apache-2.0
"""What the services stand on: HTTP, faults, keys, tokens, the world."""
