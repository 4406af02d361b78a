// SPDX-License-Identifier: Apache-2.0
// Calls a URL through Google's own auth library with an id token for an
// audience, by whatever GOOGLE_APPLICATION_CREDENTIALS names.
const { GoogleAuth } = require('google-auth-library');

async function main(audience, url) {
	const client = await new GoogleAuth().getIdTokenClient(audience);
	const reply = await client.request({ url, responseType: 'text' });
	process.stdout.write(reply.data);
}

main(process.argv[2], process.argv[3]).catch((error) => {
	console.error(error.response ? `status ${error.response.status}`
	    : error.message);
	process.exit(1);
});
