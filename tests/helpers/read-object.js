// SPDX-License-Identifier: Apache-2.0
// Reads a URL through Google's own auth library, with whatever credential
// GOOGLE_APPLICATION_CREDENTIALS names.
const { GoogleAuth } = require('google-auth-library');

async function main(url) {
	const auth = new GoogleAuth({
		scopes: 'https://www.googleapis.com/auth/cloud-platform',
	});
	const client = await auth.getClient();
	const reply = await client.request({ url, responseType: 'text' });
	process.stdout.write(reply.data);
}

main(process.argv[2]).catch((error) => {
	console.error(error.message);
	process.exit(1);
});
