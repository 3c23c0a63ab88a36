import { exitOnInvalid } from '../checks/exit-on-invalid.ts';
import { declaredApp } from './declared-app.ts';

exitOnInvalid(() => declaredApp().synth());
