/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_PROCESS_H
#define DAYPASS_HELPERS_PROCESS_H

#include "helpers/reply.h"
#include "wire/message.h"

/*
 * AWS credentials as every SDK reads them from a credential_process: "Process
 * credential provider" of the AWS SDKs and Tools reference. -1: the answer
 * holds no AWS credential.
 */
int process_render(struct reply *reply, const struct message *answer);

#endif
