// One TypeScript program for the lint of the console. Without it the program is made anew for each component, because
// what the parser is given of a .vue file, its script, is not what stands on disk.
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import ts from 'typescript'
import { parser } from 'typescript-eslint'

const root = join(import.meta.dirname, '..')
const vue = { extension: '.vue', isMixedContent: true, scriptKind: ts.ScriptKind.Deferred }

/** As the parser of components cuts it out. */
const scriptOf = (component) => /<script[^>]*>([^]*?)<\/script>/.exec(component)?.[1] ?? ''

function createProgram() {
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (problem) => console.error(problem.messageText) }
  const config = ts.getParsedCommandLineOfConfigFile(
    join(root, 'console/tsconfig.json'),
    { noEmit: true, allowNonTsExtensions: true },
    host,
    ...[undefined, undefined, [vue]],
  )
  const compilerHost = ts.createCompilerHost(config.options, true)
  const { getSourceFile } = compilerHost
  compilerHost.getSourceFile = (path, options, ...rest) =>
    path.endsWith('.vue')
      ? ts.createSourceFile(path, scriptOf(readFileSync(path, 'utf8')), options, true, ts.ScriptKind.TS)
      : getSourceFile.call(compilerHost, path, options, ...rest)
  return ts.createProgram(config.fileNames, config.options, compilerHost)
}

let program

/** The usual parser; whole scripts it takes from the program, unless they have been changed since, by `--fix`. */
export const consoleParser = {
  meta: { ...parser.meta, name: 'console-program' },
  parseForESLint(code, options) {
    // Without a project: an expression of a template.
    if (!options.project) return parser.parseForESLint(code, options)
    program ??= createProgram()
    const known = program.getSourceFile(resolve(options.filePath))
    return parser.parseForESLint(code, known?.text === code ? { ...options, programs: [program] } : options)
  },
}
