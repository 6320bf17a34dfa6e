/** @file The studio's page. */
import { mount } from 'svelte';
import { takeToken } from './api/client.ts';
import './style.css';
import './state/theme.ts';

takeToken();
// Loaded after the token is taken: the address is then that of a page.
const { default: App } = await import('./App.svelte');
mount(App, { target: document.getElementById('app')! });
