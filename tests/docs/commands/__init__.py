# SPDX-License-Identifier: Apache-2.0
"""What the documentation shows, taken out of its pages and tried."""
