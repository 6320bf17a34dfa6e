/** @file How the studio's page is built. */
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [svelte()],
  build: {
    target: 'es2023',
    // A style or script within the page would be refused by the server's policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
