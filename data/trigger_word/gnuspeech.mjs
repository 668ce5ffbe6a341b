// Speaks with gnuspeech, a model of the vocal tract as a tube.
//   node gnuspeech.mjs NODE_MODULES JOBS.json
// JOBS.json is a list of {text, tempo, pitch, tract, breath, out}: semitones, centimetres, percent, a WAV file.
import { readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const [modules, jobs] = process.argv.slice(2)
const home = `${modules}/@echogarden/gnuspeech-wasm`
const { default: start } = await import(pathToFileURL(`${home}/wasm/gnuspeech.js`).href)
const { defaultTrmControlModelFileContent: model } =
	await import(pathToFileURL(`${home}/dist/utilities/DefaultTrmControlModel.js`).href)
const male = readFileSync(`${home}/data/en/voice_male.txt`, 'utf8')
const set = (text, name, value) => text.replace(new RegExp(`^${name} = .*$`, 'm'), `${name} = ${value}`)

for (const job of JSON.parse(readFileSync(jobs, 'utf8'))) {
	const engine = await start() // anew for each job: nothing of the last one is left in its random numbers
	let voice = set(male, 'vocal_tract_length', job.tract)
	voice = set(voice, 'reference_glottal_pitch', job.pitch)
	voice = set(voice, 'breathiness', job.breath)
	engine.FS.writeFile('/data/en/voice_male.txt', voice)
	let control = set(model, 'tempo', job.tempo)
	control = set(control, 'random_intonation', 0)
	control = set(control, 'intonation_drift', 0)
	engine.FS.writeFile('/data/en/trm_control_model.txt', control)
	const refs = [job.text, './out.wav', '/data/en', './params.txt'].map(text => {
		const bytes = Buffer.from(text + '\0')
		const at = engine._malloc(bytes.length)
		engine.HEAPU8.set(bytes, at)
		return at
	})
	engine._GnuSpeech_synthesizeToFile(...refs, 0)
	writeFileSync(job.out, engine.FS.readFile('./out.wav'))
}
