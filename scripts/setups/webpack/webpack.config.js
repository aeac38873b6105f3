export default {
  mode: 'production',
  target: 'node20',
  entry: './app.ts',
  module: { rules: [{ test: /\.ts$/, loader: 'ts-loader', options: { transpileOnly: true } }] },
  resolve: { extensions: ['.ts', '.js'], extensionAlias: { '.js': ['.ts', '.js'] } },
  experiments: { outputModule: true },
  optimization: { nodeEnv: false }, // read NODE_ENV when the program starts, not when it is built
  output: { module: true, filename: 'app.mjs' },
};
