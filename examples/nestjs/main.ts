import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypedSessionModule } from 'typed-session/nestjs';
import { AccountController, LoginController } from './account.js';
import { options } from './session.js';

@Module({
  imports: [TypedSessionModule.forRoot(options)],
  controllers: [AccountController, LoginController],
})
class AppModule {}

const app = await NestFactory.create(AppModule);
await app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1');
console.log(await app.getUrl());
