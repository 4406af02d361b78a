/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_TESTS_FAKE_AGENT_H
#define DAYPASS_TESTS_FAKE_AGENT_H

/* An agent for the client's test, as spawn_agent runs one: `option` and
 * descriptor 3. What it does is said by the verb, and by files in the runtime
 * directory: `refuse` (it cannot start), `slow`, `died`. */
int fake_agent(const char *option);

#endif
