# SPDX-License-Identifier: Apache-2.0
"""One file a service; a new one is a file and a word here."""

from .acr import Acr
from .azure_pipelines import AzurePipelines
from .buildkite import Buildkite
from .codecommit import CodeCommit
from .control import Control
from .docker_hub import DockerHub
from .ecr import Ecr, EcrPublic
from .entra import Entra
from .function import Function
from .gcp_iam import GcpIam
from .gcp_metadata import GcpMetadata
from .gcp_sts import GcpSts
from .gcs import Gcs
from .git import Git
from .github import Github
from .github_token import GithubToken
from .issuer import Issuer
from .jfrog import Jfrog
from .login import Login
from .octo import Octo
from .quay import Quay
from .s3 import S3
from .sts import Sts
from .token import Token
from .token_exchange import TokenExchange
from .vault import OtherVault, Vault

SERVICES = (Issuer, Buildkite, AzurePipelines, GcpMetadata,
            GithubToken, Sts, S3, Ecr, EcrPublic, GcpSts, GcpIam, Gcs,
            Function,
            Login,
            Entra, Acr,
            DockerHub, Jfrog, Quay, Vault, OtherVault,
            Octo, Github, Git, CodeCommit, Token, TokenExchange, Control)
