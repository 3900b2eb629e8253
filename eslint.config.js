import prettier from 'eslint-config-prettier'
import vue from 'eslint-plugin-vue'
import ts from 'typescript-eslint'
import { consoleParser } from './.ci/console-program.mjs'

const unless = { skipBlankLines: true, skipComments: true }

export default ts.config(
  { ignores: ['**/dist', '**/coverage', '**/data', '**/*.js', '**/*.cjs', '**/*.mjs'] },
  ...ts.configs.strictTypeChecked,
  ...vue.configs['flat/essential'],
  prettier,
  {
    files: ['**/*.{ts,vue}'],
    languageOptions: {
      parserOptions: {
        parser: ts.parser,
        project: ['./tsconfig.json', './console/tsconfig.json'],
        extraFileExtensions: ['.vue'],
      },
    },
    rules: {
      'max-lines': ['error', { max: 300, ...unless }],
      'max-lines-per-function': ['error', { max: 60, ...unless }],
      'max-params': ['error', 3],
      'max-depth': ['error', 3],
      complexity: ['error', 10],
      'no-console': 'error',
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true, named: true, defaultFrom: true } }],
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Only main.ts reads the environment.' },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/require-await': 'off', // Fastify plugins and handlers are async by contract
      'vue/block-order': ['error', { order: ['script', 'template', 'style'] }],
      'vue/define-macros-order': 'error',
    },
  },
  { files: ['console/**/*.ts'], languageOptions: { parser: consoleParser } },
  { files: ['console/**/*.vue'], languageOptions: { parserOptions: { parser: consoleParser } } },
  {
    files: ['**/main.ts', '**/*.main.ts', '**/bench/**', '**/test/**'],
    rules: { 'no-restricted-properties': 'off' },
  },
  { files: ['**/*.config.ts', '**/*.vue'], rules: { 'no-restricted-exports': 'off' } },
  {
    files: ['**/*.test.ts', '**/test/**'],
    rules: {
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-non-null-assertion': 'error',
    },
  },
)
