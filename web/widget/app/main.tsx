import { render } from 'preact'
import { App } from './App'
import './app.css'
import { begin } from './messenger'

render(<App />, document.body)
begin()
