// SPDX-License-Identifier: Apache-2.0
// Reads URLs through Google's own auth library, with the access token that
// stands on standard input; prints each one's status.
const fs = require('fs');
const { OAuth2Client } = require('google-auth-library');

async function main(urls) {
	const client = new OAuth2Client();
	client.setCredentials({
		access_token: fs.readFileSync(0, 'utf8').trim(),
	});
	for (const url of urls) {
		try {
			console.log((await client.request({ url })).status);
		} catch (error) {
			console.log(error.response ? error.response.status
			    : error.message);
		}
	}
}

main(process.argv.slice(2));
